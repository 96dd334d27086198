import Testing

/// The tests that talk to a real server and a real database, one after another: each has a server and a database of its
/// own, and all at once they would wait for the machine more than for each other.
@Suite(.serialized) enum ItemTests {}
