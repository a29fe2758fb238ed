using System.Runtime.InteropServices;
using Appliance.Pkcs11.Interop;

namespace Appliance.Pkcs11.Hosting;

/// <summary>
/// The child's questions to its parent, which has the PIN: each is a frame, and its answer another one. The parent
/// calls back in between, to log in.
/// </summary>
internal sealed class LoginAsks
{
    private readonly object _gate = new();
    private readonly Dictionary<uint, CKR?> _answers = [];
    private readonly FrameChannel _channel;
    private readonly CallServer _calls;
    private uint _last;

    public LoginAsks(FrameChannel channel, CallServer calls)
    {
        _channel = channel;
        _calls = calls;
    }

    /// <summary>Waits for the answer; the parent ends this process when it cannot get one.</summary>
    /// <param name="slot">Number of the slot.</param>
    /// <param name="slotId">Where its token is now.</param>
    public CKR LogIn(uint slot, ulong slotId) => Ask(slot, LoginKind.User, slotId, 0);

    /// <summary>The same for one operation of a session of this process.</summary>
    public CKR Authenticate(uint slot, ulong slotId, CULong session)
    {
        var number = _calls.Lend(session);
        var returnValue = Ask(slot, LoginKind.Operation, slotId, number);
        _calls.Forget(number);
        return returnValue;
    }

    /// <summary>An answer has come.</summary>
    /// <returns>False when nobody asked.</returns>
    public bool Answer(ReadOnlySpan<byte> body)
    {
        var reader = new FrameReader(body);
        var id = reader.UInt32();
        var returnValue = (CKR)reader.UInt32();
        lock (_gate)
        {
            if (!reader.IsWhole || !_answers.ContainsKey(id))
            {
                return false;
            }

            _answers[id] = returnValue;
            Monitor.PulseAll(_gate);
            return true;
        }
    }

    private CKR Ask(uint slot, LoginKind kind, ulong slotId, ulong session)
    {
        uint id;
        lock (_gate)
        {
            id = unchecked(++_last);
            _answers[id] = null;
        }

        var frame = new FrameWriter().Begin(FrameType.AskLogin, slot)
            .UInt32(id).Byte((byte)kind).UInt64(slotId).UInt64(session);
        if (!_channel.TrySend(frame))
        {
            return CKR.CKR_USER_NOT_LOGGED_IN;
        }

        lock (_gate)
        {
            CKR? answer;
            while ((answer = _answers[id]) is null)
            {
                Monitor.Wait(_gate);
            }

            _answers.Remove(id);
            return answer.Value;
        }
    }
}
