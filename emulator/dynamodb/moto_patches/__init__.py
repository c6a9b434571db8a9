"""Changes of moto's classes, made once when the DynamoDB provider is created."""
