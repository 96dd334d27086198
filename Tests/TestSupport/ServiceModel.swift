/// The judge that AWS ships: botocore's service model. The script decodes a form by the model alone, fails on a member that
/// the model does not have, on one that is required and missing and on a value of another type, then lets botocore encode
/// what it decoded and compares parameter by parameter.
package enum ServiceModel {
    /// Judges forms of requests. Returns what is wrong with them, a line each.
    ///
    /// - Parameter requests: the service's name and the body.
    package static func judge(_ requests: [(service: String, form: String)]) async throws -> [String] {
        let input = requests.map { $0.service + "\t" + $0.form + "\n" }.joined()
        var lines = try await Python.lines(script, input: input).filter { !$0.isEmpty }
        let end = lines.popLast()
        if lines.isEmpty, end != "judged \(requests.count)" {
            lines.append("the script ended with \(end ?? "nothing")")
        }
        return lines
    }

    private static let script = #"""
        import sys, datetime, urllib.parse
        import botocore.session, botocore.serialize, botocore.validate
        loader = botocore.session.Session()
        models = {}
        def model(service):
            if service not in models: models[service] = loader.get_service_model(service)
            return models[service]
        class Wrong(Exception): pass
        def wire(shape, name): return shape.serialization.get('name', name)
        def tree(fields):
            root = {}
            for name, value in fields:
                node = root
                parts = name.split('.')
                for part in parts[:-1]:
                    node = node.setdefault(part, {})
                    if not isinstance(node, dict): raise Wrong(f'{name}: both a value and a structure')
                if parts[-1] in node: raise Wrong(f'{name}: twice')
                node[parts[-1]] = value
            return root
        def decode(node, shape, path):
            kind = shape.type_name
            if kind == 'structure':
                if not isinstance(node, dict): raise Wrong(f'{path}: not a structure')
                names = {wire(member, name): (name, member) for name, member in shape.members.items()}
                found = {}
                for key, value in node.items():
                    if key not in names: raise Wrong(f'{path}.{key}: the model has no such member')
                    name, member = names[key]
                    found[name] = decode(value, member, path + '.' + name)
                for name in shape.required_members:
                    if name not in found: raise Wrong(f'{path}.{name}: required and missing')
                return found
            if kind == 'list':
                element = shape.member.serialization.get('name', 'member')
                if not isinstance(node, dict) or set(node) != {element}: raise Wrong(f'{path}: list of {element} expected')
                numbered = node[element]
                if sorted(map(int, numbered)) != list(range(1, len(numbered) + 1)): raise Wrong(f'{path}: not 1 to n')
                return [decode(numbered[str(i + 1)], shape.member, path) for i in range(len(numbered))]
            if not isinstance(node, str): raise Wrong(f'{path}: not a value')
            if kind == 'boolean':
                if node not in ('true', 'false'): raise Wrong(f'{path}: not a boolean')
                return node == 'true'
            if kind in ('integer', 'long'): return int(node)
            if kind in ('float', 'double'): return float(node)
            if kind == 'timestamp': return datetime.datetime.strptime(node, '%Y-%m-%dT%H:%M:%SZ')
            if kind == 'string':
                if shape.enum and node not in shape.enum: raise Wrong(f'{path}: {node!r} is not in the enumeration')
                return node
            raise Wrong(f'{path}: {kind}')
        count = 0
        for line in sys.stdin:
            service, form = line.rstrip('\n').split('\t')
            fields = urllib.parse.parse_qsl(form, keep_blank_values=True, strict_parsing=True, encoding='utf-8', errors='strict')
            given = dict(fields)
            if len(given) != len(fields): print('a name twice: ' + form); continue
            try:
                operation = model(service).operation_model(given.pop('Action'))
                if given.pop('Version') != model(service).api_version: raise Wrong('another version')
                params = {}
                if operation.input_shape is not None:
                    params = decode(tree(list(given.items())), operation.input_shape, operation.name)
                    report = botocore.validate.ParamValidator().validate(params, operation.input_shape)
                    if report.has_errors(): raise Wrong(report.generate_report())
                elif given: raise Wrong('parameters for an operation without any')
                theirs = botocore.serialize.create_serializer(model(service).metadata['protocol'], False) \
                    .serialize_to_request(params, operation)['body']
                theirs = {k: str(v) for k, v in theirs.items()}
                if theirs != dict(fields): raise Wrong(f'botocore encodes {theirs}')
                count += 1
            except (Wrong, ValueError, KeyError) as error:
                print(f'{type(error).__name__} {error}: {form}')
        print(f'judged {count}')
        """#
}
