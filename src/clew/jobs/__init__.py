"""The worker's door: each job does one action and adds the next job in the same transaction."""
