using System.Runtime.InteropServices;
using System.Text.Json;
using Appliance.Pkcs11.Interop;

namespace Appliance.Pkcs11.Hosting;

/// <content>What comes from the child, on its receiving thread.</content>
internal sealed partial class HostedSlot
{
    /// <summary>More signatures for one hash no honest child makes, whatever it has to try again.</summary>
    private const uint MostMadePerHash = 64;

    /// <summary>A DER signature is at most so much longer than r || s.</summary>
    private const int DerOverhead = 16;
    private const int SessionBits = 40;

    /// <summary>A frame of this slot.</summary>
    /// <returns>False when it makes no sense: the child is then ended.</returns>
    public bool Take(HostChild child, FrameType type, ReadOnlySpan<byte> body) => type switch
    {
        FrameType.Results => TakeResults(body),
        FrameType.Status => TakeStatus(child, body),
        _ => TakeAsk(child, body),
    };

    private bool TakeResults(ReadOnlySpan<byte> body)
    {
        var reader = new FrameReader(body);
        while (reader.Left > 0)
        {
            var number = reader.UInt32();
            var outcome = (SignOutcome)reader.Byte();
            var returnValue = reader.UInt32();
            var signed = reader.UInt32();
            if (reader.IsBad
                || outcome is <= SignOutcome.None or > SignOutcome.Failed
                || _sent.Find(number) is not { } piece
                || signed > MostMadePerHash * (uint)piece.Count
                || (outcome == SignOutcome.Signed && !TakeSignatures(ref reader, piece)))
            {
                return false;
            }

            // Its queue was full, or it is stopping: another slot may.
            outcome = outcome == SignOutcome.NeverDispatched ? SignOutcome.TokenUnavailable : outcome;
            if (_sent.Remove(number, outcome, returnValue, (int)signed))
            {
                Finish(piece.Sent);
            }
        }

        return true;
    }

    private static bool TakeSignatures(ref FrameReader reader, SentPiece piece)
    {
        var job = piece.Sent.Job;
        var raw = job.Key.Shape.RawSignatureSize;
        var isDer = job.Scheme.Kind == SignatureKind.EcdsaDer;
        for (var i = 0; i < piece.Count; i++)
        {
            var signature = reader.Bytes(raw + DerOverhead);
            if (reader.IsBad || signature.IsEmpty || (!isDer && signature.Length != raw))
            {
                return false;
            }

            job.Signatures[piece.Start + i] = signature.ToArray();
        }

        return true;
    }

    private bool TakeStatus(HostChild child, ReadOnlySpan<byte> body)
    {
        SlotStatus? status;
        try
        {
            status = JsonSerializer.Deserialize(body, HostingJson.Default.SlotStatus);
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or InvalidOperationException)
        {
            return false;
        }

        if (status is null || !Enum.IsDefined(status.State) || _child != child)
        {
            return status is not null && Enum.IsDefined(status.State);
        }

        var before = State;
        if (status.Signatures > (_status?.Signatures ?? 0))
        {
            _sent.NoteProgress();
        }

        _status = status;
        if (status.State == SlotState.Ready)
        {
            _mustProve = false;
        }

        var after = State;
        if (before != after)
        {
            if (after == SlotState.Quarantined)
            {
                Shed(_queue.Drain());
            }

            _reports.Changed();
        }

        return true;
    }

    /// <summary>The login is this process's: it asks for the PIN, remembers refused ones, and calls back.</summary>
    private bool TakeAsk(HostChild child, ReadOnlySpan<byte> body)
    {
        var reader = new FrameReader(body);
        var id = reader.UInt32();
        var kind = (LoginKind)reader.Byte();
        var slotId = reader.UInt64();
        var session = reader.UInt64();
        if (!reader.IsWhole || kind > LoginKind.Operation)
        {
            return false;
        }

        // Each session may ask, the keeper too.
        if (Interlocked.Increment(ref _asks) > Math.Max(LeastAsks, 2 * _sessions))
        {
            Interlocked.Decrement(ref _asks);
            return false;
        }

        new Thread(() => Answer(child, id, kind, slotId, session))
        {
            IsBackground = true,
            Name = $"pkcs11 {Token.Info.Label} login",
        }.Start();
        return true;
    }

    private void Answer(HostChild child, uint id, LoginKind kind, ulong slotId, ulong session)
    {
        var returnValue = CKR.CKR_GENERAL_ERROR;
        try
        {
            if (slotId != Token.Info.SlotId)
            {
                // The library was initialised anew over there.
                Token.Module.Renew();
            }

            returnValue = Token.Relocate();
            returnValue = returnValue != CKR.CKR_OK ? returnValue
                : kind == LoginKind.User ? Token.EnsureLoggedIn(out _)
                : Token.Authenticate(new CULong((nuint)(((ulong)child.Generation << SessionBits) | session)));
        }
        catch (Exception e)
        {
            // A token that is disposed, a memory of refused PINs that cannot be written: the answer is no.
            HostLog.LoginThrew(_logger, Token.Info, e);
        }

        Interlocked.Decrement(ref _asks);
        _ = child.TrySend(new FrameWriter().Begin(FrameType.LoginAnswer, Number).UInt32(id).UInt32((uint)returnValue));
    }
}
