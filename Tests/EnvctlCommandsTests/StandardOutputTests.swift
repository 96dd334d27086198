import EnvctlCommands
import Environments
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

@Suite struct StandardOutputTests {
    /// Runs `body` with a pipe's writing end; what it wrote is the answer. A closed reader reads nothing.
    private func piped(readerIsThere: Bool = true, _ body: (Int32) throws -> Void) throws -> String {
        signal(SIGPIPE, SIG_IGN)
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        if !readerIsThere { close(ends[0]) }
        defer { if readerIsThere { close(ends[0]) } }
        do {
            defer { close(ends[1]) }
            try body(ends[1])
        }
        guard readerIsThere else { return "" }
        var buffer = [UInt8](repeating: 0, count: 4_096)
        let count = read(ends[0], &buffer, buffer.count)
        return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
    }

    @Test func aLineIsWrittenWhole() throws {
        let line = try piped { descriptor in
            let isRead = try Output.line("a\nb", to: descriptor)
            #expect(isRead)
        }
        #expect(line == "a\nb\n")
        let secret = try piped { descriptor in
            try Output.secret("s", of: "token 1", undo: "u", to: descriptor)
        }
        #expect(secret == "s\n")
    }

    @Test func aReaderThatIsGoneIsNoErrorButTheEnd() throws {
        _ = try piped(readerIsThere: false) { descriptor in
            let isRead = try Output.line("a", to: descriptor)
            #expect(!isRead)
        }
    }

    /// As `>&-` leaves it.
    @Test func whatCannotBeWrittenIsAnError() throws {
        let descriptor = open("/dev/null", O_RDONLY)
        defer { close(descriptor) }
        let error = #expect(throws: ControlError.self) { try Output.line("a", to: descriptor) }
        #expect(error?.message == "cannot write to standard output: Bad file descriptor")
        #expect(error?.exitCode == 1)
    }

    /// Such a descriptor is one of this process's own in the place of a closed stream.
    @Test func whatWasNotInheritedIsNoStandardStream() throws {
        let descriptor = open("/dev/null", O_WRONLY | O_CLOEXEC)
        defer { close(descriptor) }
        let error = #expect(throws: ControlError.self) { try Output.line("a", to: descriptor) }
        #expect(error?.message == "cannot write to standard output: Bad file descriptor")
    }

    @Test func aLostSecretSaysWhatWasMadeAndHowToTakeItBack() throws {
        _ = try piped(readerIsThere: false) { descriptor in
            let error = #expect(throws: ControlError.self) {
                try Output.secret("secret", of: "token 12ab", undo: "envctl token revoke 12ab", to: descriptor)
            }
            #expect(error?.message.contains("token 12ab was made, and its secret is lost") == true)
            #expect(error?.hint?.hasSuffix("envctl token revoke 12ab") == true)
            #expect(error?.exitCode == 1)
        }
    }

    #if os(Linux)
        @Test func aFullDiskIsNamed() throws {
            let descriptor = open("/dev/full", O_WRONLY)
            defer { close(descriptor) }
            let error = #expect(throws: ControlError.self) { try Output.line("a", to: descriptor) }
            #expect(error?.message == "cannot write to standard output: No space left on device")
        }
    #endif
}
