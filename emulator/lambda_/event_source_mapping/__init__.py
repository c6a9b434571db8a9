"""Event source mappings of streams: what a pipe does between a stream and its target, with a function at the end."""
