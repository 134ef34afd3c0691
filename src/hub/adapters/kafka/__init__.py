"""Kafka: topics and their settings, the relay's transactional producer, its watermark."""
