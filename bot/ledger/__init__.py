"""What the bot remembers in one file, `ledger.db`: answers, feedback, options of servers, watched topics, usage."""
