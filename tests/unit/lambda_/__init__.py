"""Unit tests of the Lambda runtime executor."""
