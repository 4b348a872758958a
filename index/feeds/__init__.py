"""Articles from the open web: what is collected, how it is fetched, and where it is stored."""
