namespace Appliance.Server.Options;

/// <summary>Settings that cannot be served with: every error at once, each a line that says what to do.</summary>
internal sealed class OptionsException(IReadOnlyList<string> errors) : Exception(string.Join('\n', errors))
{
    public IReadOnlyList<string> Errors { get; } = errors;
}
