"""Claims of a text, held against the articles: supported, contradicted, disputed or not in them."""
