using Appliance.Pkcs11;
using Appliance.Timestamping.Clocks;
using Appliance.Timestamping.Tokens;

namespace Appliance.Timestamping;

/// <summary>
/// One request on its way through a unit: 1 <see cref="Prepare"/> reads and decides, in memory; 2 the signing thread
/// calls <see cref="TryBegin"/>, which reads the clock and encodes; 3 it signs <see cref="Digest"/>; 4
/// <see cref="Complete(ReadOnlySpan{byte}, out byte[])"/> checks and makes the response. Steps 2 to 4 may be repeated,
/// and encode anew each time.
/// <see cref="Job"/> is 2 and 3 for a <see cref="SlotGroup"/>. Not for several threads at once; reusable.
/// </summary>
public sealed class Stamp
{
    /// <summary>Room for a usual request, whatever its hash algorithm.</summary>
    private const int UsualLength = 256;

    private static readonly Func<SignJob, bool> s_begin = static job => ((Stamp)job.State!).TryBegin();

    private readonly TimestampUnit _unit;
    private readonly byte[] _info;
    private readonly byte[] _attributes;
    private readonly byte[] _digest;
    private readonly byte[] _serial = new byte[SerialNumbers.Length];
    private byte[] _bytes = new byte[UsualLength];
    private TimestampRequest _request;
    private Range _infoRange;
    private ClockReading _begun;
    private int _policy;
    private bool _isPrepared;

    internal Stamp(TimestampUnit unit)
    {
        _unit = unit;
        _info = new byte[unit.Info.MaxLength];
        _attributes = new byte[unit.Token.AttributesLength];
        _digest = new byte[unit.Token.DigestLength];
        Job = new SignJob
        {
            Key = unit.Key,
            Scheme = unit.Scheme,
            Hashes = [_digest],
            MayStart = s_begin,
            State = this,
        };
    }

    /// <summary>
    /// Ready for a <see cref="SlotGroup"/>: its MayStart is <see cref="TryBegin"/>, on the session's thread. Who hands
    /// it over sets Completed and calls <see cref="Complete(out byte[])"/> from there.
    /// </summary>
    public SignJob Job { get; }

    /// <summary>The unit.</summary>
    public TimestampUnit Unit => _unit;

    /// <summary>The caller's own.</summary>
    public object? State { get; set; }

    /// <summary>What the key signs; filled in by <see cref="TryBegin"/>, always the same array.</summary>
    public byte[] Digest => _digest;

    /// <summary>Why there is no token, after each step; None so far.</summary>
    public TimestampFailure Failure { get; private set; }

    /// <summary>
    /// The last <see cref="Complete(out byte[])"/> threw a good signature away because it took longer than the accuracy
    /// allows: another try may succeed.
    /// </summary>
    public bool MayRetry { get; private set; }

    /// <summary>
    /// Serial number of the token, 20 bytes, big-endian. Drawn with each request and not with each try, so that it can
    /// be on record before the key is used: only one of the tries ever leaves.
    /// </summary>
    public ReadOnlyMemory<byte> SerialNumber => _serial;

    /// <summary>genTime of the token: cut to the digits that it has.</summary>
    public DateTimeOffset Time => new(_unit.Info.Cut(_begun.UtcTicks), TimeSpan.Zero);

    /// <summary>The digest that is stamped.</summary>
    public ReadOnlyMemory<byte> Imprint => _request.Digest;

    /// <summary>Dotted decimal.</summary>
    public string Policy => _unit.PolicyNameAt(_policy);

    /// <summary>Hash algorithm of the imprint, e.g. SHA256.</summary>
    public string HashAlgorithm { get; private set; } = "";

    /// <summary>Reads a request and decides about it. Never throws; reads no clock and costs no signature.</summary>
    /// <param name="request">DER of a TimeStampReq; the stamp keeps a copy.</param>
    /// <returns>None, or the failure to answer with (<see cref="TimestampResponse.Refusal"/>).</returns>
    public TimestampFailure Prepare(ReadOnlySpan<byte> request)
    {
        MayRetry = false;
        Failure = TryKeep(request, out var kept)
            ? TimestampRequest.TryDecode(kept, out _request)
            : TimestampFailure.BadDataFormat;
        if (Failure == TimestampFailure.None)
        {
            Failure = _unit.Decide(_request, out _policy, out var algorithm);
            HashAlgorithm = algorithm.Name.Name ?? "";
        }

        _isPrepared = Failure == TimestampFailure.None;
        if (_isPrepared)
        {
            SerialNumbers.Fill(_serial);
        }

        return Failure;
    }

    /// <summary>
    /// What <see cref="TryBegin"/> would say at this moment of a request that <see cref="Prepare"/> took: asked before
    /// anything is recorded, so that requests which come while there is no time cost nothing.
    /// </summary>
    public TimestampFailure Foresee() => Failure = ReadClock();

    /// <summary>On the signing thread, just before it signs: reads the clock, encodes.</summary>
    /// <returns>
    /// False when nothing may be signed, as without a request that <see cref="Prepare"/> took; <see cref="Failure"/>
    /// says why.
    /// </returns>
    public bool TryBegin()
    {
        MayRetry = false;
        if (!_isPrepared)
        {
            // What Prepare found, if it was called at all.
            Failure = Failure == TimestampFailure.None ? TimestampFailure.SystemFailure : Failure;
            return false;
        }

        Failure = ReadClock();
        if (Failure != TimestampFailure.None)
        {
            return false;
        }

        _infoRange = _unit.Info.Write(_info, _policy, _request, _serial, _begun.UtcTicks);
        _unit.Token.Hash(_info.AsSpan(_infoRange), _attributes, _digest);
        return true;
    }

    /// <summary>
    /// The response from <see cref="Job"/>, in its Completed. Whatever else became of the job is a systemFailure, or
    /// what <see cref="TryBegin"/> found.
    /// </summary>
    public TimestampFailure Complete(out byte[]? response)
    {
        response = null;
        MayRetry = false;
        if (Job.Outcome == SignOutcome.Signed)
        {
            return Complete(Job.Signatures[0], out response);
        }

        return Failure = Failure == TimestampFailure.None ? TimestampFailure.SystemFailure : Failure;
    }

    /// <summary>
    /// Makes the response of a signature, if it may leave: the clock is still trusted, signing took no longer than the
    /// accuracy, and what was made answers the request.
    /// </summary>
    /// <param name="signature">PKCS#1 octets or DER Ecdsa-Sig-Value.</param>
    /// <param name="response">DER of the TimeStampResp; null when it must not leave.</param>
    public TimestampFailure Complete(ReadOnlySpan<byte> signature, out byte[]? response)
    {
        response = null;
        if (!_unit.Clock.TryRead(out var now))
        {
            return Failure = TimestampFailure.TimeNotAvailable;
        }

        // By the raw clock: genTime would be off by more than the token says it can be.
        if (now.RawNanoseconds - _begun.RawNanoseconds > _unit.AccuracyNanoseconds)
        {
            MayRetry = true;
            return Failure = TimestampFailure.TimeNotAvailable;
        }

        var made = _unit.Token.Assemble(
            _info.AsSpan(_infoRange), _attributes, signature, _request.CertificatesRequested);
        if (!TokenCheck.Answers(made, _request, _unit.PolicyAt(_policy), _serial, _unit.Digest)
            || !_unit.AcceptsSignature(_digest, signature))
        {
            return Failure = TimestampFailure.SystemFailure;
        }

        response = made;
        return Failure = TimestampFailure.None;
    }

    private TimestampFailure ReadClock()
    {
        if (!_unit.Clock.TryRead(out _begun))
        {
            return TimestampFailure.TimeNotAvailable;
        }

        return _unit.IsUsableAt(_begun.UtcTicks) ? TimestampFailure.None : TimestampFailure.SystemFailure;
    }

    private bool TryKeep(ReadOnlySpan<byte> request, out ReadOnlyMemory<byte> kept)
    {
        kept = default;
        if (request.Length > TimestampRequest.MaxLength)
        {
            return false;
        }

        if (request.Length > _bytes.Length)
        {
            _bytes = new byte[TimestampRequest.MaxLength];
        }

        request.CopyTo(_bytes);
        kept = _bytes.AsMemory(0, request.Length);
        return true;
    }
}
