"""The default stack: Kafka and PostgreSQL as child processes in a folder of the user's choice.

``stack`` puts the parts together, ``supervisor`` keeps them running, ``state`` tells every command where they are.
"""
