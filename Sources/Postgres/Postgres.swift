// Postgres: an asynchronous client over libpq.
//
// `PostgresConnection` is an actor on the thread of a `PostgresLoop`, which waits for the sockets of all connections;
// statements are pipelined. `PostgresPool` lends and shares connections and closes the idle ones. Results are libpq's
// own memory, read in place. Errors keep parameter values out of their descriptions.
