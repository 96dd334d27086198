import Cryptography
import Environments

extension Doctor {
    /// What `run` holds that a start relies on: not whether others can read it, but whether it is what it should be.
    /// `envctl up` makes what is missing, except what belongs to data that are there already.
    var keys: DoctorCheck {
        let name = "keys"
        return Self.check(name) { () throws(ControlError) in
            if let problem = try secretKey { return problem }
            if let problem = try token { return problem }
            if let problem = try postgresPassword { return problem }
            return DoctorCheck(name, .ok, "key, token and password are what a start needs")
        }
    }

    private var secretKey: DoctorCheck? {
        get throws(ControlError) {
            let path = configuration.secretKeyPath
            guard let text = try PosixFile.readText(path) else {
                guard let records else { return nil }
                return DoctorCheck(
                    "keys", .problem,
                    "\(path) is missing, and \(records) tells of records that were written with it: envctl up makes "
                        + "another key, which does not open them",
                    hint:
                        "put back the file that belongs to these records, also over one that envctl up made; where it "
                        + "is lost, begin anew in another ENVCTL_HOME with records of its own")
            }
            guard Hex.decode(text.prefix { !$0.isWhitespace })?.count == AES256GCM.keyLength else {
                return DoctorCheck(
                    "keys", .problem, "\(path) does not hold a key of 64 hexadecimal digits",
                    hint: records == nil
                        ? "remove it: nothing was written with it, and envctl up makes another"
                        : "put back the file that belongs to these records")
            }
            return nil
        }
    }

    /// What is there only after a start that had a key.
    private var records: String? {
        let data = PostgresPaths(state: configuration.stateDirectory).versionFile
        return [data, configuration.runDirectory + "/replica"].first { PosixFile.exists($0) }
    }

    private var token: DoctorCheck? {
        get throws(ControlError) {
            let path = configuration.tokenPath
            guard let text = try PosixFile.readText(path), text.allSatisfy(\.isWhitespace) else { return nil }
            return DoctorCheck(
                "keys", .problem, "\(path) is empty, and envctl up does not start with it",
                hint: "rm \(path), then envctl down and envctl up: it makes another")
        }
    }

    private var postgresPassword: DoctorCheck? {
        get throws(ControlError) {
            let postgres = PostgresPaths(state: configuration.stateDirectory)
            guard configuration.databaseURL == nil, PosixFile.exists(postgres.versionFile) else { return nil }
            let text = try PosixFile.readText(postgres.password) ?? ""
            guard text.allSatisfy(\.isWhitespace) else { return nil }
            return DoctorCheck(
                "keys", .problem,
                "\(postgres.password) is missing or empty, and nothing else opens \(postgres.data)",
                hint: "put back the file that belongs to these data")
        }
    }
}
