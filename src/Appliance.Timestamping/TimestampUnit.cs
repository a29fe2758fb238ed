using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Appliance.Pkcs11;
using Appliance.Timestamping.Asn1;
using Appliance.Timestamping.Tokens;

namespace Appliance.Timestamping;

/// <summary>
/// A time-stamping unit: a key in the token, its certificate, its policies and its clock. Decides about requests and
/// makes <see cref="Stamp"/>s; any thread.
/// </summary>
public sealed class TimestampUnit : IDisposable
{
    private readonly byte[][] _policies;
    private readonly string[] _policyNames;
    private readonly FrozenSet<string> _imprintOids;
    private readonly SampledVerifier _verifier;
    private readonly ClockWatch _watch;
    private readonly long _usableFrom;
    private readonly long _usableTo;

    /// <summary>A unit that can issue.</summary>
    /// <param name="options">Settings.</param>
    /// <param name="key">The key, of the certificate.</param>
    /// <param name="certificates">
    /// The unit's own first, then those that a response shall carry beside it (certReq). The unit keeps copies.
    /// </param>
    /// <param name="clock">The watch; the unit takes a guard from it.</param>
    /// <exception cref="TimestampUnitException">It cannot issue: all that is wrong.</exception>
    public TimestampUnit(
        TimestampUnitOptions options,
        KeyReference key,
        IReadOnlyList<X509Certificate2> certificates,
        ClockWatch clock)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(certificates);
        ArgumentNullException.ThrowIfNull(clock);
        var findings = Check(options, key, certificates, clock.Time.GetUtcNow());
        if (findings.Errors.Count > 0)
        {
            throw new TimestampUnitException(options.Name, findings.Errors);
        }

        Options = options;
        Key = key;
        Warnings = findings.Warnings;
        var check = CertificateCheck.Run(certificates[0], key, clock.Time.GetUtcNow());
        UsableTo = check.UsableTo;
        _usableFrom = check.UsableFrom.UtcTicks;
        _usableTo = check.UsableTo.UtcTicks;
        var profile = SignatureProfile.For(key, options.SignatureHash);
        Scheme = profile.Scheme;
        Digest = profile.Digest.Name;
        Token = new TokenTemplate(profile, certificates);
        Info = new TstInfoTemplate(
            options.Policies,
            options.Accuracy,
            options.IncludesName ? certificates[0].SubjectName : null,
            options.IsQualified);
        _policyNames = [.. options.Policies];
        _policies = [.. _policyNames.Select(policy => Der.EncodeOid(policy)[2..])];
        _imprintOids = options.ImprintAlgorithms.Select(name => ImprintAlgorithm.ByName(name).Oid)
            .ToFrozenSet(StringComparer.Ordinal);
        _verifier = new SampledVerifier(certificates[0], Digest, options.VerifyOneIn);
        _watch = clock;
        Clock = clock.Guard(options.Name, options.Sources, options.Accuracy.Span);
        AccuracyNanoseconds = options.Accuracy.Span.Ticks * 100;
    }

    /// <summary>Settings.</summary>
    public TimestampUnitOptions Options { get; }

    /// <summary>The key it signs with.</summary>
    public KeyReference Key { get; }

    /// <summary>How it signs.</summary>
    public SignatureScheme Scheme { get; }

    /// <summary>What its clock says.</summary>
    public ClockGuard Clock { get; }

    /// <summary>The certificate or its key can be used until then.</summary>
    public DateTimeOffset UsableTo { get; }

    /// <summary>Found at the start: an end that is near.</summary>
    public IReadOnlyList<string> Warnings { get; }

    internal HashAlgorithmName Digest { get; }

    internal TokenTemplate Token { get; }

    internal TstInfoTemplate Info { get; }

    internal long AccuracyNanoseconds { get; }

    /// <summary>Everything that can be told about a unit without making it.</summary>
    /// <param name="options">Settings.</param>
    /// <param name="key">The key.</param>
    /// <param name="certificates">The unit's own first.</param>
    /// <param name="now">Time of the check.</param>
    public static TimestampUnitFindings Check(
        TimestampUnitOptions options,
        KeyReference key,
        IReadOnlyList<X509Certificate2> certificates,
        DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(certificates);
        var errors = options.FindErrors();
        if (certificates.Count == 0)
        {
            return new TimestampUnitFindings([.. errors, "There is no certificate."], []);
        }

        var findings = CertificateCheck.Run(certificates[0], key, now).Findings;
        return findings with { Errors = [.. errors, .. findings.Errors] };
    }

    /// <summary>Bytes that a token of this unit has at most: for answers that have to fit into something.</summary>
    /// <param name="withCertificates">It carries the certificates (certReq).</param>
    public int MaxTokenLength(bool withCertificates)
        => Token.MaxLength(Info.MaxLength, Key.SubjectPublicKeyInfo.Length, withCertificates);

    /// <summary>A stamp to fill in. One per request in flight; it can be used again afterwards.</summary>
    public Stamp NewStamp() => new(this);

    /// <inheritdoc/>
    public void Dispose()
    {
        _watch.Remove(Clock);
        _verifier.Dispose();
    }

    /// <summary>
    /// Reads a request and decides about it as <see cref="Stamp.Prepare"/> does: for who has to know what is asked
    /// before it may be done. Never throws.
    /// </summary>
    /// <param name="source">DER of the TimeStampReq.</param>
    /// <param name="request">What was read, when None is returned.</param>
    /// <returns>None, or the failure that <see cref="TimestampService"/> answers with.</returns>
    public TimestampFailure Read(ReadOnlyMemory<byte> source, out TimestampRequest request)
    {
        var failure = TimestampRequest.TryDecode(source, out request);
        return failure == TimestampFailure.None ? Decide(request, out _, out _) : failure;
    }

    /// <summary>Whether this unit serves a request; costs no signature and no exception.</summary>
    /// <param name="request">Well-formed.</param>
    /// <param name="policy">Index of the policy that applies.</param>
    /// <param name="algorithm">The imprint's.</param>
    internal TimestampFailure Decide(in TimestampRequest request, out int policy, out ImprintAlgorithm algorithm)
    {
        policy = 0;
        algorithm = default;
        if (request.HasHashParameters
            || !ImprintAlgorithm.TryFind(request.HashAlgorithmOid.Span, out algorithm)
            || !_imprintOids.Contains(algorithm.Oid))
        {
            return TimestampFailure.BadAlgorithm;
        }

        if (request.Digest.Length != algorithm.Length)
        {
            return TimestampFailure.BadDataFormat;
        }

        if (!request.PolicyOid.IsEmpty && !TryFindPolicy(request.PolicyOid.Span, out policy))
        {
            return TimestampFailure.UnacceptedPolicy;
        }

        return request.HasExtensions ? TimestampFailure.UnacceptedExtension : TimestampFailure.None;
    }

    /// <summary>Contents octets of a policy.</summary>
    internal ReadOnlySpan<byte> PolicyAt(int index) => _policies[index];

    /// <summary>Dotted decimal of a policy.</summary>
    internal string PolicyNameAt(int index) => _policyNames[index];

    internal bool IsUsableAt(long utcTicks) => utcTicks >= _usableFrom && utcTicks <= _usableTo;

    internal bool AcceptsSignature(ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature)
        => _verifier.Accepts(hash, signature);

    private bool TryFindPolicy(ReadOnlySpan<byte> oid, out int index)
    {
        for (index = 0; index < _policies.Length; index++)
        {
            if (oid.SequenceEqual(_policies[index]))
            {
                return true;
            }
        }

        return false;
    }
}
