namespace Appliance.Tidy.Tests.Shell;

/// <summary>A script says which shell it is for and stops at the first error, unset name or broken pipe.</summary>
internal static class StrictModeRule
{
    private const string Strict = "set -euo pipefail";

    public static IEnumerable<Finding> Check(TextFile script)
    {
        var lines = script.Lines();
        if (lines.Count == 0 || lines[0] is not ("#!/usr/bin/env bash" or "#!/bin/bash"))
        {
            yield return new Finding(script.Path, 1, "does not start with #!/usr/bin/env bash");
        }

        var first = lines.FirstOrDefault(line => line.Trim() is { Length: > 0 } text && text[0] != '#');
        if (first != Strict)
        {
            yield return new Finding(script.Path, 1, $"its first command is not '{Strict}'");
        }
    }
}
