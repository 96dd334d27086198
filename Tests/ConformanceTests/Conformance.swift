import Testing

/// What Amazon's documentation says of the operations on items and tables, case by case; see ``Case``.
///
/// One server and one set of tables serve all cases, which run side by side: each writes to keys of its own.
@Suite(.served) struct Conformance {
    // MARK: Expressions

    @Test(arguments: ConditionCases.comparisons) func comparisons(_ it: Case) async throws { try await it.check() }
    @Test(arguments: ConditionCases.ranges) func rangesAndSets(_ it: Case) async throws { try await it.check() }
    @Test(arguments: ConditionCases.functions) func functions(_ it: Case) async throws { try await it.check() }
    @Test(arguments: ConditionCases.logic) func logic(_ it: Case) async throws { try await it.check() }
    @Test(arguments: ConditionErrorCases.grammar) func conditionGrammar(_ it: Case) async throws {
        try await it.check()
    }
    @Test(arguments: ConditionErrorCases.operands) func conditionOperands(_ it: Case) async throws {
        try await it.check()
    }
    @Test(arguments: ConditionErrorCases.names) func conditionNames(_ it: Case) async throws { try await it.check() }
    @Test(arguments: ConditionErrorCases.limits) func expressionLimits(_ it: Case) async throws { try await it.check() }
    @Test(arguments: UpdateCases.set) func set(_ it: Case) async throws { try await it.check() }
    @Test(arguments: UpdateCases.others) func removeAddDelete(_ it: Case) async throws { try await it.check() }
    @Test(arguments: UpdateCases.returns) func returnValues(_ it: Case) async throws { try await it.check() }
    @Test(arguments: UpdateErrorCases.grammar) func updateGrammar(_ it: Case) async throws { try await it.check() }
    @Test(arguments: UpdateErrorCases.meaning) func updateMeaning(_ it: Case) async throws { try await it.check() }
    @Test(arguments: UpdateErrorCases.item) func updateAgainstItem(_ it: Case) async throws { try await it.check() }
    @Test(arguments: UpdateErrorCases.absentItem) func updateOfNothing(_ it: Case) async throws { try await it.check() }

    // MARK: Items

    @Test(arguments: ValueCases.stored) func storedValues(_ it: Case) async throws { try await it.check() }
    @Test(arguments: ValueCases.wrong) func wrongValues(_ it: Case) async throws { try await it.check() }
    @Test(arguments: ValueCases.depth) func depth(_ it: Case) async throws { try await it.check() }
    @Test(arguments: ValueCases.serialization) func serialization(_ it: Case) async throws { try await it.check() }
    @Test(arguments: ItemCases.put) func putItem(_ it: Case) async throws { try await it.check() }
    @Test(arguments: ItemCases.get) func getItem(_ it: Case) async throws { try await it.check() }
    @Test(arguments: ItemCases.projections) func projections(_ it: Case) async throws { try await it.check() }
    @Test(arguments: ItemCases.delete) func deleteItem(_ it: Case) async throws { try await it.check() }
    @Test(arguments: ItemCases.keys) func keys(_ it: Case) async throws { try await it.check() }
    @Test(arguments: ItemCases.itemKeys) func keysOfItems(_ it: Case) async throws { try await it.check() }
    @Test(arguments: BatchCases.gets) func batchGetItem(_ it: Case) async throws { try await it.check() }
    @Test(arguments: BatchCases.writes) func batchWriteItem(_ it: Case) async throws { try await it.check() }
    @Test(arguments: PageCases.queries) func query(_ it: Case) async throws { try await it.check() }
    @Test(arguments: PageCases.keyConditions) func keyConditions(_ it: Case) async throws { try await it.check() }
    @Test(arguments: PageCases.choices) func select(_ it: Case) async throws { try await it.check() }
    @Test(arguments: PageCases.scans) func scan(_ it: Case) async throws { try await it.check() }
    @Test(arguments: CapacityCases.all) func capacity(_ it: Case) async throws { try await it.check() }

    // MARK: Parameters

    @Test(arguments: ConstraintCases.tableNames) func tableNames(_ it: Case) async throws { try await it.check() }
    @Test(arguments: ConstraintCases.enumerations) func enumerations(_ it: Case) async throws { try await it.check() }
    @Test(arguments: ConstraintCases.missing) func missingMembers(_ it: Case) async throws { try await it.check() }
    @Test(arguments: ConstraintCases.pages) func pageParameters(_ it: Case) async throws { try await it.check() }
    @Test(arguments: LegacyCases.conditions) func expected(_ it: Case) async throws { try await it.check() }
    @Test(arguments: LegacyCases.errors) func expectedErrors(_ it: Case) async throws { try await it.check() }
    @Test(arguments: LegacyCases.attributeUpdates) func attributeUpdates(_ it: Case) async throws {
        try await it.check()
    }
    @Test(arguments: LegacyCases.mixing) func mixing(_ it: Case) async throws { try await it.check() }
    @Test(arguments: LegacyCases.pages) func legacyPages(_ it: Case) async throws { try await it.check() }

    // MARK: Tables

    @Test(arguments: CreateTableCases.constraints) func tableConstraints(_ it: Case) async throws {
        try await it.check()
    }
    @Test(arguments: CreateTableCases.schemas) func tableSchemas(_ it: Case) async throws { try await it.check() }
    @Test(arguments: CreateTableCases.others) func tableOperations(_ it: Case) async throws { try await it.check() }
}
