using Microsoft.Extensions.Logging;

namespace Appliance.Grpc.TestService.Measures;

/// <summary>Tells a parent process of errors: one line of standard error for each.</summary>
internal sealed class ErrorLog : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => new Logger(categoryName);

    public void Dispose()
    {
    }

    private sealed class Logger(string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
            => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel is >= LogLevel.Error and < LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                var text = $"{logLevel} {category} {eventId.Id} {formatter(state, exception)} {exception}";
                Console.Error.WriteLine(text.ReplaceLineEndings(" | "));
            }
        }
    }
}
