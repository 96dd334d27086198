import EnvctlCommands

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

@main
struct Envctl {
    static func main() async {
        exit(await EnvctlProgram.run(Array(CommandLine.arguments.dropFirst())))
    }
}
