"""Machine translation from offline models."""
