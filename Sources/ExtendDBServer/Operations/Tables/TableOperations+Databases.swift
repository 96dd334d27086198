extension TableOperations {
    var databases: Databases { Databases(pool) }
}
