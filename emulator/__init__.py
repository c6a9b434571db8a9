"""LocalStack Community plus the services it lacks, as LocalStack plugins."""
