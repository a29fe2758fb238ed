using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Appliance.Pkcs11.Tests.Hosting;

/// <summary>Remembers what was logged.</summary>
internal sealed class TestLog : ILogger
{
    private readonly ConcurrentQueue<(int Event, string Message)> _lines = new();

    public IEnumerable<string> Messages => _lines.Select(line => line.Message);

    public IEnumerable<string> Of(int number)
        => _lines.Where(line => line.Event == number).Select(line => line.Message);

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull
        => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter)
        => _lines.Enqueue((eventId.Id, formatter(state, exception) + exception));
}
