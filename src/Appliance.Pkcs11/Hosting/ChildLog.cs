using System.Text;
using Microsoft.Extensions.Logging;

namespace Appliance.Pkcs11.Hosting;

/// <summary>The log of a host process: its parent's.</summary>
internal sealed class ChildLog : ILogger
{
    private const int MaxMessage = 4096;

    private readonly FrameChannel _channel;

    public ChildLog(FrameChannel channel) => _channel = channel;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull
        => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel is >= LogLevel.Information and not LogLevel.None;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
        {
            return;
        }

        var message = formatter(state, exception);
        message = exception is null ? message : $"{message} {exception}";
        var bytes = Encoding.UTF8.GetBytes(message);
        _ = _channel.TrySend(new FrameWriter().Begin(FrameType.Log, 0)
            .Byte((byte)logLevel)
            .UInt32((uint)Math.Max(eventId.Id, 0))
            .Bytes(bytes.AsSpan(0, Math.Min(bytes.Length, MaxMessage))));
    }
}
