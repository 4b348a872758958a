"""The newsroom as a whole, put together from the settings: what the command line and Discord talk to."""
