"""Lambda functions in a subprocess under AWS's own runtime interface client, without Docker."""
