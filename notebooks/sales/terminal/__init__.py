"""The terminal view behind `make sales`: reads sales and the pipeline's health again and again, and shows them."""
