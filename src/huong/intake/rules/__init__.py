"""What intake decides without a database: headers, mappings, batches, neutral cells. Pure."""
