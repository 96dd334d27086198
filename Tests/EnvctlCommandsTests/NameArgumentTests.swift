import EnvctlCommands
import Environments
import Testing

@Suite struct NameArgumentTests {
    /// Of a shell's variable that is not set, mostly. Exit code 2 and not that of a control plane that is not there:
    /// nothing was asked of it.
    @Test(arguments: [
        ["show"], ["wait"], ["env"], ["why"], ["extend", "--ttl", "1h"], ["protect", "--reason", "r"], ["unprotect"],
        ["reset"], ["hibernate"], ["wake"], ["delete"], ["restore"], ["logs"], ["events"], ["clone"], ["clone", "s"],
        ["snapshot", "show"], ["snapshot", "delete"], ["snapshot", "pool"],
        ["snapshot", "import", "--from-export", "/e"], ["snapshot", "register", "--aurora-cluster", "c"],
        ["token", "revoke"], ["token", "create", "--owner", "o", "--scope", "use", "--snapshot"],
        ["webhook", "delete"], ["webhook", "deliveries"], ["doctor", "--aurora"],
    ])
    func anEmptyOneIsRefusedBeforeAnyCall(command: [String]) async {
        let place = ["--state-directory", "/nonexistent"]
        #expect(await EnvctlProgram.run(command + [""] + place) == 2)
        guard command != ["doctor", "--aurora"] else { return }
        #expect(await EnvctlProgram.run(command + ["Größe"] + place) == 2)
    }

    @Test func execChecksItsNameToo() async {
        #expect(await EnvctlProgram.run(["exec", "", "--state-directory", "/nonexistent", "--", "true"]) == 2)
    }

    @Test func oneOfManyIsEnoughToDeleteNothing() async {
        #expect(await EnvctlProgram.run(["delete", "pr-1", "", "--state-directory", "/nonexistent"]) == 2)
    }

    @Test func theErrorSaysWhatIsEmpty() {
        let environment = #expect(throws: ControlError.self) { try EnvironmentName(argument: "") }
        #expect(environment?.message == "an environment's name is empty")
        #expect(environment?.hint?.contains("envctl list") == true)
        let snapshot = #expect(throws: ControlError.self) { try SnapshotName(argument: "") }
        #expect(snapshot?.message == "a snapshot's name is empty")
        let token = #expect(throws: ControlError.self) { try AccessID(argument: "", of: .token) }
        #expect(token?.message == "a token's id is empty")
        #expect(token?.hint?.contains("envctl token list") == true)
    }

    @Test func anotherOneIsQuotedAsItWasTyped() {
        let environment = #expect(throws: ControlError.self) { try EnvironmentName(argument: "Größe") }
        #expect(environment?.message == "'Größe' is not a valid environment name")
        let webhook = #expect(throws: ControlError.self) { try AccessID(argument: "a b", of: .webhook) }
        #expect(webhook?.message == "'a b' is not the id of a webhook")
    }
}
