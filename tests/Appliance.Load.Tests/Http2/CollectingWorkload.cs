using Appliance.Load.Http2;

namespace Appliance.Load.Tests.Http2;

/// <summary>Sends given messages once and keeps what comes back.</summary>
internal sealed class CollectingWorkload(IReadOnlyList<byte[]> messages, int variants = 0) : LeanWorkload
{
    private int _next;

    public Dictionary<long, byte[]> Messages { get; } = [];

    public Dictionary<long, (int Status, string? Text)> Ends { get; } = [];

    public override bool TryNext(out ReadOnlySpan<byte> message, out int variant, out long tag)
    {
        if (_next == messages.Count)
        {
            message = default;
            variant = 0;
            tag = 0;
            return false;
        }

        message = messages[_next];
        variant = variants == 0 ? 0 : _next % variants;
        tag = _next++;
        return true;
    }

    public override void OnMessage(long tag, ReadOnlySpan<byte> message) => Messages.Add(tag, message.ToArray());

    public override void OnEnd(long tag, int grpcStatus, string? text, long elapsed)
        => Ends.Add(tag, (grpcStatus, text));
}
