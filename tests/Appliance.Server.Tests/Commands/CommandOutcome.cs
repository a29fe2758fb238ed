using System.Text.Json;

namespace Appliance.Server.Tests.Commands;

/// <summary>What a command did.</summary>
internal sealed record CommandOutcome(int ExitCode, string Output, string Error)
{
    public CommandOutcome Succeeded()
    {
        Assert.True(ExitCode == 0, Error + Output);
        Assert.Empty(Error);
        return this;
    }

    /// <summary>Refused with one sentence that holds this, and no stack trace.</summary>
    public void Failed(string because, int exitCode = 1)
    {
        Assert.Equal(exitCode, ExitCode);
        Assert.Contains(because, Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", Error, StringComparison.Ordinal);
        Assert.Empty(Output);
    }

    public JsonElement Json() => JsonDocument.Parse(Succeeded().Output).RootElement.Clone();
}
