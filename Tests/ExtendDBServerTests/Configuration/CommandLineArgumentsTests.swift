import ExtendDBServer
import Testing

@Suite struct CommandLineArgumentsTests {
    @Test(arguments: [
        (["serve", "--config", "f"], CommandLineArguments.serve(configuration: "f")),
        (["serve", "-c", "f"], .serve(configuration: "f")),
        (["serve", "--config=f"], .serve(configuration: "f")),
        (["-c", "f", "serve"], .serve(configuration: "f")),
        (["--version"], .version),
        (["serve", "--version"], .version),
        ([], .help),
        (["help"], .help),
        (["serve", "-h"], .help),
    ])
    func `what is understood`(words: [String], expected: CommandLineArguments) throws {
        #expect(try CommandLineArguments(parsing: words) == expected)
    }

    @Test(arguments: [
        (["serve"], "the option '--config FILE' is missing"),
        (["serve", "--config"], "'--config' lacks its value, a path"),
        (["serve", "--config="], "the option '--config FILE' is missing"),
        (["--config", "f"], "the command 'serve' is missing"),
        (["bogus"], "unexpected argument 'bogus'"),
        (["serve", "serve", "-c", "f"], "unexpected argument 'serve'"),
        (["serve", "--port", "1"], "unexpected argument '--port'"),
    ])
    func `what is not`(words: [String], message: String) throws {
        let error = try #require(throws: ConfigurationError.self) { try CommandLineArguments(parsing: words) }
        #expect(error.message == message)
        #expect(error.hint == "usage: extenddb-server serve --config FILE")
    }
}
