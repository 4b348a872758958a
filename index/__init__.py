"""Everything between an article and a hit."""
