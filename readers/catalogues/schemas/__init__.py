"""Published JSON Schemas that records are checked against; SOURCE.md says where each comes from."""
