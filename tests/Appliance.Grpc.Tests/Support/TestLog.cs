using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Appliance.Grpc.Tests.Support;

/// <summary>Keeps what was logged.</summary>
internal sealed class TestLog : ILoggerProvider
{
    private readonly ConcurrentQueue<(string Category, LogLevel Level, int Id, string Text)> _entries = new();

    public IEnumerable<(string Category, LogLevel Level, int Id, string Text)> Entries => _entries;

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void Dispose()
    {
    }

    private sealed class Logger(TestLog log, string category) : ILogger
    {
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
            => log._entries.Enqueue((category, logLevel, eventId.Id, formatter(state, exception)));
    }
}
