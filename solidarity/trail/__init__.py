"""The append-only event log: every act writes one event in its own transaction."""
