"""The public portal: what is published, for anybody, where the office has opened it."""
