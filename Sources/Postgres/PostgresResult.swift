import CPostgres

/// What one statement returned. Rows and cells point into libpq's own memory, which lives as long as any of them.
package struct PostgresResult: Sendable, RandomAccessCollection {
    let storage: ResultStorage

    package var startIndex: Int { 0 }
    package var endIndex: Int { storage.rowCount }

    package subscript(position: Int) -> PostgresRow {
        precondition(position >= 0 && position < storage.rowCount, "row \(position) of \(storage.rowCount)")
        return PostgresRow(storage: storage, index: position)
    }

    /// The names of the columns.
    package var columns: [String] {
        (0..<storage.columnCount).map(storage.columnName)
    }

    /// Rows inserted, updated, deleted, selected or copied; 0 for other statements.
    package var affectedRows: Int {
        PQcmdTuples(storage.pointer).flatMap { Int(String(cString: $0)) } ?? 0
    }

    /// For example `INSERT 0 1`.
    package var commandTag: String {
        PQcmdStatus(storage.pointer).map { String(cString: $0) } ?? ""
    }
}

package struct PostgresRow: Sendable, RandomAccessCollection {
    let storage: ResultStorage
    let index: Int

    package var startIndex: Int { 0 }
    package var endIndex: Int { storage.columnCount }

    package subscript(column: Int) -> PostgresCell {
        precondition(column >= 0 && column < storage.columnCount, "column \(column) of \(storage.columnCount)")
        return PostgresCell(storage: storage, row: index, column: column)
    }

    /// The first column of that name. A cell of an unknown column throws when it is read.
    package subscript(name: String) -> PostgresCell {
        PostgresCell(storage: storage, row: index, column: storage.column(named: name) ?? PostgresCell.unknownColumn)
    }
}

/// Owns a `PGresult`.
///
/// Unchecked: libpq documents a PGresult as read-only after its creation and safe to read from several threads.
final class ResultStorage: @unchecked Sendable {
    let pointer: OpaquePointer
    let rowCount: Int
    let columnCount: Int

    init(_ pointer: OpaquePointer) {
        self.pointer = pointer
        rowCount = Int(PQntuples(pointer))
        columnCount = Int(PQnfields(pointer))
    }

    deinit {
        PQclear(pointer)
    }

    func columnName(_ column: Int) -> String {
        PQfname(pointer, CInt(column)).map { String(cString: $0) } ?? "#\(column)"
    }

    func column(named name: String) -> Int? {
        // Not PQfnumber: it folds case like an SQL identifier.
        (0..<columnCount).first { columnName($0) == name }
    }
}

extension PostgresError {
    /// The error that a failed result carries.
    init(result: OpaquePointer) {
        func field(_ code: CInt) -> String? {
            PQresultErrorField(result, code).map { String(cString: $0) }
        }
        let sqlState = field(diagnostic("C"))
        let severity = field(diagnostic("V")) ?? field(diagnostic("S"))
        let fatal = severity == "FATAL" || severity == "PANIC"
        let fallback = PQresultErrorMessage(result).map { trimmed($0) } ?? "the server reported an error"
        self.init(
            fatal || sqlState == nil ? .connectionLost : .server(sqlState: sqlState ?? ""),
            field(diagnostic("M")) ?? fallback)
        self.sqlState = sqlState
        self.severity = severity
        detail = field(diagnostic("D"))
        hint = field(diagnostic("H"))
        constraint = field(diagnostic("n"))
        schema = field(diagnostic("s"))
        table = field(diagnostic("t"))
        column = field(diagnostic("c"))
        context = field(diagnostic("W"))
        position = field(diagnostic("P")).flatMap { Int($0) }
        routine = field(diagnostic("R"))
    }
}

/// The PG_DIAG_* constants are character literals, which the importer leaves out.
private func diagnostic(_ code: Unicode.Scalar) -> CInt {
    CInt(code.value)
}

/// A message of libpq's without its line feed at the end.
func trimmed(_ message: UnsafePointer<CChar>) -> String {
    var text = Substring(String(cString: message))
    while let last = text.last, last.isWhitespace { text.removeLast() }
    return String(text)
}
