using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Appliance.Ledger.Tests;

/// <summary>What the ledger logs: level, event id, text.</summary>
internal sealed class LogLines : ILogger<CommitLoop>
{
    private readonly ConcurrentQueue<string> _lines = new();

    public IReadOnlyCollection<string> Lines => _lines;

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
        => _lines.Enqueue($"{logLevel} {eventId.Id} {formatter(state, exception)}");
}
