using Appliance.Grpc.Tests.Robustness.Cases;
using Appliance.Grpc.Tests.Robustness.Wire;

namespace Appliance.Grpc.Tests.Robustness.Runs;

/// <summary>
/// Does on a connection what a case says, and looks at what comes back: each stream that is owed an answer has a proper
/// one, a connection whose damage was gRPC's goes on, one whose damage was its own ends.
/// </summary>
internal sealed class CaseRunner(Peer peer, FuzzCase fuzz, ulong number, CancellationToken cancellationToken)
{
    /// <summary>What takes longer hangs.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private bool MayClose => fuzz.MayClose || fuzz.MustClose;

    public async Task<Outcome> RunAsync()
    {
        // 1 What the client does.
        foreach (var step in fuzz.Steps)
        {
            switch (step.Kind)
            {
                case StepKind.Abort:
                    peer.Abort();
                    return new Outcome("broken by the client", null);
                case StepKind.Park:
                    return new Outcome("left open by the client", null);
                default:
                    if (!await DoAsync(step))
                    {
                        return Hang($"{step.Kind} on stream {step.Stream}");
                    }

                    break;
            }
        }

        // 2 What it is owed comes in time.
        if (!await peer.UntilAsync(
            () => peer.Closed || fuzz.Due.Keys.All(stream => peer.AnswerOn(stream).IsOver), Patience))
        {
            return Hang("an answer");
        }

        if (fuzz.MustClose && !await peer.UntilAsync(() => peer.Closed, Patience))
        {
            return Hang("the end of the connection");
        }

        if (!peer.Closed && !await peer.PingAsync(number, Patience, cancellationToken))
        {
            return Hang("the answer to a PING");
        }

        // 3 And is as it must be.
        return new Outcome(Describe(), Judge());
    }

    private Task<bool> DoAsync(Step step) => step.Kind switch
    {
        StepKind.SendBody => peer.SendBodyAsync(step.Stream, step.Bytes, Patience, cancellationToken),
        StepKind.AwaitHeaders => peer.UntilAsync(
            () => peer.Closed || peer.AnswerOn(step.Stream) is { Headers: not null } or { IsOver: true }, Patience),
        StepKind.AwaitEnd => peer.UntilAsync(() => peer.Closed || peer.AnswerOn(step.Stream).IsOver, Patience),
        StepKind.AwaitSeen => peer.PingAsync(~number, Patience, cancellationToken),
        _ => SendAsync(step),
    };

    private async Task<bool> SendAsync(Step step)
    {
        if (step.Kind == StepKind.Finish)
        {
            peer.Finish();
            return true;
        }

        try
        {
            await peer.SendAsync(step.Bytes, cancellationToken).WaitAsync(Patience, cancellationToken);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private static Outcome Hang(string what) => new("hang", $"hang: {what} did not come in {Patience.TotalSeconds} s");

    private string? Judge()
    {
        if (peer.Violation is not null && !fuzz.IsUnreadable)
        {
            return peer.Violation;
        }

        // 400, for those that speak it too.
        if (peer.IsHttp1 && !fuzz.MustClose)
        {
            return "an answer in HTTP/1.1";
        }

        if ((peer.Closed || peer.GoAwayCode is not null) && !MayClose)
        {
            return $"the connection ended, GOAWAY {peer.GoAwayCode}";
        }

        foreach (var (stream, due) in fuzz.Due)
        {
            var answer = peer.AnswerOn(stream);
            if (answer.IsOver && due.Judge(answer) is { } wrong)
            {
                return $"stream {stream}: {wrong}";
            }
        }

        return fuzz.IsUnreadable ? null : peer.AnswerViolation;
    }

    private string Describe()
    {
        var answer = fuzz.Due.Keys.Select(peer.AnswerOn).FirstOrDefault(answer => answer.IsOver);
        return answer switch
        {
            { Ended: true, Http: 200 } => $"status {answer.Status:00} {(GrpcStatusCode?)answer.Status}",
            { Ended: true } => $"HTTP {answer.Http}",
            not null => $"reset by the server, {answer.ResetCode}",
            null when peer.GoAwayCode is not null => $"GOAWAY {peer.GoAwayCode}",
            null when peer.Closed => "closed by the server",
            null => "reset by the client",
        };
    }
}
