"""What AWS answers to a request that does not reach its operation."""
