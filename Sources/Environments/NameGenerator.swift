/// Makes names like `brisk-otter-4f2k` for environments that nobody named: easy to say, and with 20 bits behind them
/// so rarely taken that a second draw settles it.
package enum NameGenerator {
    private static let adjectives = [
        "amber", "bold", "brisk", "calm", "clear", "coral", "crisp", "eager", "early", "fair", "fresh", "gentle",
        "glad",
        "golden", "grand", "green", "happy", "hazel", "keen", "kind", "late", "light", "lively", "lucky", "mellow",
        "merry", "mild", "misty", "neat", "noble", "pale", "plain", "polar", "proud", "quick", "quiet", "rapid",
        "royal",
        "rustic", "sage", "sharp", "silent", "silver", "smooth", "snowy", "solar", "spry", "steady", "sunny", "swift",
        "tidy", "vivid", "warm", "wise",
    ]
    private static let nouns = [
        "acorn", "alder", "aspen", "badger", "beech", "birch", "brook", "cedar", "cliff", "clover", "comet", "crane",
        "delta", "dune", "eagle", "ember", "falcon", "fern", "finch", "fjord", "forest", "glade", "harbor", "heron",
        "hill", "island", "ivy", "lake", "lark", "linden", "lynx", "maple", "marsh", "meadow", "mesa", "moss", "oak",
        "ocean", "orchid", "otter", "owl", "pebble", "pine", "plover", "pond", "raven", "reef", "ridge", "river",
        "robin",
        "sparrow", "spruce", "stone", "stream", "summit", "thicket", "tundra", "valley", "willow", "wren",
    ]
    /// Without letters and digits that are mistaken for one another.
    private static let suffixCharacters = Array("23456789abcdefghjkmnpqrstuvwxyz")

    package static func name(using generator: inout some RandomNumberGenerator) throws(ControlError) -> EnvironmentName
    {
        let adjective = adjectives[Int.random(in: 0..<adjectives.count, using: &generator)]
        let noun = nouns[Int.random(in: 0..<nouns.count, using: &generator)]
        let suffix = (0..<4).map { _ in suffixCharacters[Int.random(in: 0..<suffixCharacters.count, using: &generator)]
        }
        return try EnvironmentName("\(adjective)-\(noun)-\(String(suffix))")
    }
}
