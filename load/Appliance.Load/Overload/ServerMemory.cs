using System.Globalization;

namespace Appliance.Load.Overload;

/// <summary>What of the server is resident while something runs, a sample a second.</summary>
internal sealed class ServerMemory : IAsyncDisposable
{
    private readonly string _path;
    private readonly PeriodicTimer _timer = new(TimeSpan.FromSeconds(1));
    private readonly Task _sampling;

    public ServerMemory(int processId)
    {
        _path = $"/proc/{processId.ToString(CultureInfo.InvariantCulture)}/status";
        Samples.Add(Read());
        _sampling = SampleAsync();
    }

    /// <summary>MB, the first from before.</summary>
    public List<long> Samples { get; } = [];

    public async ValueTask DisposeAsync()
    {
        _timer.Dispose();
        await _sampling;
        Samples.Add(Read());
    }

    private async Task SampleAsync()
    {
        while (await _timer.WaitForNextTickAsync())
        {
            Samples.Add(Read());
        }
    }

    private long Read()
    {
        const string Field = "VmRSS:";
        var line = File.ReadLines(_path).First(text => text.StartsWith(Field, StringComparison.Ordinal));
        return long.Parse(line[Field.Length..^"kB".Length].Trim(), CultureInfo.InvariantCulture) / 1_024;
    }
}
