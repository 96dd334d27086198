import AWS
import Cryptography
import TestSupport
import Testing

/// Signatures of AWS's own Python SDK over random requests, if `ENVCTL_PYTHON` names an interpreter that has botocore.
@Suite struct BotocoreComparisonTests {
    static let count = 10_000

    /// One request a line: fields in hexadecimal, separated by tabs; lists separated by commas.
    private static let script = """
        import datetime, random, sys
        import botocore.auth as auth
        from botocore.awsrequest import AWSRequest
        from botocore.credentials import Credentials
        from urllib.parse import quote
        moment = datetime.datetime(2026, 11, 22, 21, 0, 0)
        class Frozen(datetime.datetime):
            @classmethod
            def utcnow(cls): return moment
            @classmethod
            def now(cls, tz=None): return moment
        if hasattr(auth, 'get_current_datetime'): auth.get_current_datetime = lambda *a, **k: moment
        else: auth.datetime.datetime = Frozen
        rng = random.Random(int(sys.argv[1]))
        hexed = lambda text: text.encode().hex()
        letters = 'ab/.~-_ +é%&=?*\\u20ac!XYZ019'
        word = lambda low, high: ''.join(rng.choice(letters) for _ in range(rng.randint(low, high)))
        for _ in range(int(sys.argv[2])):
            service = rng.choice(['dynamodb', 'rds', 's3', 'iam'])
            signer = auth.S3SigV4Auth if service == 's3' else auth.SigV4Auth
            token = rng.choice([None, 'token/' + quote(word(3, 9))])
            path = '/' + quote(word(0, 9), safe="/-_.~")
            pairs = {word(1, 5): word(0, 6) for _ in range(rng.randint(0, 4))}
            url = 'https://host.example:8443' + path
            if pairs: url += '?' + '&'.join(quote(k, safe='-_.~') + '=' + quote(v, safe='-_.~') for k, v in pairs.items())
            headers = {'X-Amz-Target': 'DynamoDB_20120810.ListTables', 'Content-Type': '  a   b\\tc '}
            body = word(0, 40).encode()
            method = rng.choice(['GET', 'POST', 'PUT'])
            credentials = Credentials('AKIDEXAMPLE', 'secret/key', token)
            request = AWSRequest(method=method, url=url, data=body, headers=headers)
            signer(credentials, service, 'eu-central-1').add_auth(request)
            presigner = auth.S3SigV4QueryAuth if service == 's3' else auth.SigV4QueryAuth
            given = {'X-Amz-Target': 'DynamoDB_20120810.ListTables'}
            presigned = AWSRequest(method=method, url=url, headers=given)
            presigner(credentials, service, 'eu-central-1', expires=900).add_auth(presigned)
            print('\\t'.join([service, request.method, hexed(path),
                ','.join(hexed(k) + ':' + hexed(v) for k, v in pairs.items()), hexed(token or ''), body.hex(),
                hexed(request.headers['Authorization']), presigned.url.rsplit('X-Amz-Signature=', 1)[1]]))
        """

    @Test(.enabled(if: Python.interpreter != nil, "ENVCTL_PYTHON is not set"))
    func randomRequests() async throws {
        let seed = UInt32.random(in: 0...UInt32.max)
        print("seed \(seed)")
        let lines = try await Python.lines(Self.script, arguments: ["\(seed)", "\(Self.count)"]).filter { !$0.isEmpty }
        #expect(lines.count == Self.count)
        for line in lines {
            try compare(line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init))
        }
        print("requests signed as botocore signs them, in the header and in the query: \(lines.count)")
    }

    private func compare(_ fields: [String]) throws {
        func text(_ hex: some StringProtocol) throws -> String {
            String(decoding: try #require(Hex.decode(hex)), as: UTF8.self)
        }
        let (service, method, path) = (fields[0], fields[1], try text(fields[2]))
        let query = try fields[3].split(separator: ",").map { pair in
            let parts = pair.split(separator: ":", omittingEmptySubsequences: false)
            return (try text(parts[0]), try text(parts[1]))
        }
        let token = try text(fields[4])
        let body = try #require(Hex.decode(fields[5]))
        var request = SignableRequest(
            method: method, host: "host.example:8443", path: path, query: query,
            headers: [("X-Amz-Target", "DynamoDB_20120810.ListTables"), ("Content-Type", "  a   b\tc ")], body: body)
        let credentials = AWSCredentials(
            accessKeyID: "AKIDEXAMPLE", secretAccessKey: "secret/key", sessionToken: token.isEmpty ? nil : token)
        let time = try #require(SigningTime(amzDate: "20261122T210000Z"))
        SigV4Signer(credentials: credentials, region: "eu-central-1", service: service).sign(&request, at: time)
        let header = try #require(request.headers.last { $0.0 == "Authorization" }).1
        let expected = try text(fields[6])
        #expect(header == expected, "\(service) \(method) \(request.target)")

        var presigned = SignableRequest(
            method: method, host: "host.example:8443", path: path, query: query,
            headers: [("X-Amz-Target", "DynamoDB_20120810.ListTables")])
        SigV4Signer(credentials: credentials, region: "eu-central-1", service: service)
            .presign(&presigned, at: time, expiresIn: 900)
        #expect(presigned.query.last?.1 == fields[7], "\(service) \(method) \(presigned.target)")

        let target = request.target.split(separator: "?", maxSplits: 1).map(String.init)
        let received = ReceivedRequest(
            method: method, path: target[0], query: target.count > 1 ? target[1] : "", headers: request.headers,
            body: body)
        let verifier = SigV4Verifier(service: service)
        let claim = try verifier.examine(received)
        let verdict = verifier.verify(
            claim, of: received, secret: "secret/key", sessionToken: credentials.sessionToken, now: time)
        #expect(verdict == .accepted, "\(service) \(method) \(request.target)")
    }
}
