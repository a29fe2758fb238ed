using System.Net;
using System.Net.Http.Headers;

namespace Appliance.Server.Tests.Processes;

/// <summary>A JSON body that the server has asked for (100 Continue) and that is held back until told.</summary>
internal sealed class HeldContent : HttpContent
{
    private readonly byte[] _body;
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _sent = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public HeldContent(byte[] body)
    {
        _body = body;
        Headers.ContentType = new MediaTypeHeaderValue("application/json");
    }

    /// <summary>Completes when the server reads the body: the call is at work.</summary>
    public Task Asked => _asked.Task;

    public void Send() => _sent.TrySetResult();

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        _asked.TrySetResult();
        await _sent.Task;
        await stream.WriteAsync(_body, TestContext.Current.CancellationToken);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _body.Length;
        return true;
    }
}
