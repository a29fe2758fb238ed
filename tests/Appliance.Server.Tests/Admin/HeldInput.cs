namespace Appliance.Server.Tests.Admin;

/// <summary>A keyboard at which nobody types until the test says so.</summary>
internal sealed class HeldInput : TextReader
{
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ManualResetEventSlim _typed = new();
    private string? _line;

    /// <summary>Completes when a line is waited for.</summary>
    public Task Asked => _asked.Task;

    public void Type(string? line)
    {
        _line = line;
        _typed.Set();
    }

    public override string? ReadLine()
    {
        _asked.TrySetResult();
        _typed.Wait(TestContext.Current.CancellationToken);
        return _line;
    }

    protected override void Dispose(bool disposing)
    {
        _typed.Dispose();
        base.Dispose(disposing);
    }
}
