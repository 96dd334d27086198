import AWSClient
import SimulatedRDS
import TestSupport
import Testing

/// What the fault server takes is what botocore's service model of the RDS API has: each parameter with its type and the
/// name of its list's elements, what is required, and the HTTP status of each error.
@Suite(.enabled(if: Python.interpreter != nil, "ENVCTL_PYTHON is not set"))
struct FaultServerModelTests {
    private static let script = """
        import sys, botocore.session
        model = botocore.session.Session().get_service_model('rds')
        print('version', model.api_version)
        kinds = {'string': 'text', 'boolean': 'boolean', 'integer': 'integer', 'long': 'integer', 'double': 'number',
                 'float': 'number'}
        def show(shape, path, depth=0):
            if depth > 4: return
            if shape.type_name == 'structure':
                print(path, 'structure', ','.join(sorted(shape.required_members)))
                for name, member in shape.members.items():
                    show(member, path + '.' + member.serialization.get('name', name), depth + 1)
            elif shape.type_name == 'list':
                element = shape.member.serialization.get('name', 'member')
                print(path, 'list', element)
                show(shape.member, path + '.' + element, depth + 1)
            else:
                print(path, kinds.get(shape.type_name, shape.type_name), '')
        for name in sys.argv[1:]:
            operation = model.operation_model(name)
            show(operation.input_shape, name)
            for shape in operation.error_shapes:
                error = shape.metadata['error']
                print('error', error.get('code', shape.name), error['httpStatusCode'])
        """

    private static func lines(_ shape: RequestShape, _ path: String) -> [String] {
        switch shape {
        case .text: ["\(path) text "]
        case .boolean: ["\(path) boolean "]
        case .integer: ["\(path) integer "]
        case .number: ["\(path) number "]
        case .list(let element, let inner): ["\(path) list \(element)"] + lines(inner, "\(path).\(element)")
        case .structure(let members, let required):
            ["\(path) structure \(required.sorted().joined(separator: ","))"]
                + members.flatMap { lines($0.value, "\(path).\($0.key)") }
        }
    }

    @Test func everyDeclarationIsTheModels() async throws {
        let modelled = Set(try await Python.lines(Self.script, arguments: RDSModel.actions.keys.sorted()))
        #expect(modelled.contains("version \(RDSModel.version)") && RDSModel.version == RDS.version)
        let declared = RDSModel.actions.flatMap { Self.lines($0.value, $0.key) }
        #expect(declared.count > 60)
        for line in declared { #expect(modelled.contains(line), "the model does not have: \(line)") }
        for line in modelled where line.hasPrefix("error ") {
            let words = line.split(separator: " ")
            #expect(RDSModel.statuses[String(words[1])] ?? 400 == Int(words[2]), "\(line)")
        }
    }
}
