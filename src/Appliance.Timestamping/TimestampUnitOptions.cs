using System.Formats.Asn1;
using System.Security.Cryptography;
using Appliance.Timestamping.Asn1;
using Appliance.Timestamping.Tokens;

namespace Appliance.Timestamping;

/// <summary>Settings of one time-stamping unit: one key, one certificate, its policies and its clock.</summary>
public sealed class TimestampUnitOptions
{
    /// <summary>Longest name.</summary>
    private const int MaxNameLength = 63;

    /// <summary>Longest policy in dotted decimal: a token's record in the audit trail has 255 characters.</summary>
    private const int MaxPolicyLength = 100;

    /// <summary>Names the unit in paths, logs and records: lower-case letters, digits, hyphens; 1 to 63.</summary>
    public required string Name { get; init; }

    /// <summary>Policy of a token whose request names none; dotted decimal.</summary>
    public required string DefaultPolicy { get; init; }

    /// <summary>Policies that a request may name beside the default one.</summary>
    public IReadOnlyList<string> AcceptedPolicies { get; init; } = [];

    /// <summary>What each token declares and the clock must keep. EN 319 422 asks for 1 second or better.</summary>
    public TimestampAccuracy Accuracy { get; init; } = new(1);

    /// <summary>Must be false: tokens of several sessions and nodes have no order by time alone.</summary>
    public bool Ordering { get; init; }

    /// <summary>Hash algorithms of imprints: SHA-256/384/512 and SHA3-256/384/512, all by default.</summary>
    public IReadOnlyList<HashAlgorithmName> ImprintAlgorithms { get; init; } =
        [.. ImprintAlgorithm.All.Select(known => known.Name)];

    /// <summary>Name the unit in the tsa field, with the subject of its certificate.</summary>
    public bool IncludesName { get; init; } = true;

    /// <summary>
    /// A qualified unit: its tokens carry id-etsi-tsts-EuQCompliance, and NTP servers are among its sources.
    /// </summary>
    public bool IsQualified { get; init; }

    /// <summary>What must agree before a token is issued; an operator's word by default, for development.</summary>
    public ClockSources Sources { get; init; } = ClockSources.Wall | ClockSources.Operator;

    /// <summary>Hash of the signature: SHA-256, SHA-384, SHA-512; null for that which fits the key.</summary>
    public HashAlgorithmName? SignatureHash { get; init; }

    /// <summary>
    /// Sign by RSASSA-PSS. Must be false: <c>openssl ts</c> and the tools that embed it cannot verify such tokens.
    /// </summary>
    public bool UsesPss { get; init; }

    /// <summary>One signature in so many is verified before it leaves, the first one always; 1 to 1,000,000.</summary>
    public int VerifyOneIn { get; init; } = 1_000;

    internal IEnumerable<string> Policies => AcceptedPolicies.Prepend(DefaultPolicy).Distinct(StringComparer.Ordinal);

    /// <summary>What is wrong with them; empty when nothing is.</summary>
    public IReadOnlyList<string> FindErrors()
    {
        var errors = new List<string>();
        Add(!IsName(Name), $"\"{Name}\" is no name of a unit: lower-case letters, digits and hyphens, at most 63.");
        foreach (var policy in Policies)
        {
            Add(!IsPolicy(policy), $"\"{policy}\" is no policy: an object identifier such as 0.4.0.2023.1.1.");
        }

        Add(!Accuracy.IsValid, "An accuracy has seconds from 0, millis and micros from 0 to 999, and is not zero.");
        Add(IsQualified && Accuracy.Span > TimeSpan.FromSeconds(1), "A qualified unit is accurate to 1 second.");
        Add(IsQualified && !Sources.HasFlag(ClockSources.Sntp), "A qualified unit requires NTP servers (Sntp).");
        Add(Ordering, "Ordering is not served: tokens are not ordered by their time.");
        Add(UsesPss, "RSASSA-PSS is not served: openssl ts cannot verify such tokens. Use PKCS#1 v1.5.");
        Add(ImprintAlgorithms.Count == 0, "No hash algorithm for imprints is accepted.");
        foreach (var algorithm in ImprintAlgorithms)
        {
            Add(
                ImprintAlgorithm.All.All(known => known.Name != algorithm),
                $"{algorithm.Name} is not served for imprints: SHA-256/384/512 and SHA3-256/384/512 are.");
        }

        Add(
            SignatureHash is { } hash
                && hash != HashAlgorithmName.SHA256 && hash != HashAlgorithmName.SHA384
                && hash != HashAlgorithmName.SHA512,
            "A unit signs with SHA256, SHA384 or SHA512.");
        Add(VerifyOneIn is < 1 or > 1_000_000, $"{nameof(VerifyOneIn)} is not within 1 and 1,000,000.");
        return errors;

        void Add(bool isWrong, string text)
        {
            if (isWrong)
            {
                errors.Add(text);
            }
        }
    }

    /// <summary>Whether a unit can be called so.</summary>
    public static bool IsName(string? name)
        => name?.Length is > 0 and <= MaxNameLength
            && name.All(letter => letter is '-' || char.IsAsciiDigit(letter) || char.IsAsciiLetterLower(letter));

    /// <summary>Whether a text is a policy's object identifier.</summary>
    public static bool IsPolicy(string? text)
    {
        try
        {
            var encoded = text?.Length <= MaxPolicyLength ? Der.EncodeOid(text) : [];
            // Records tell it: the platform writes arcs that it does not read.
            return encoded.Length is > 0 and <= 64
                && string.Equals(Der.ReadOid(encoded.AsSpan(2)), text, StringComparison.Ordinal);
        }
        catch (Exception e) when (e is ArgumentException or AsnContentException)
        {
            return false;
        }
    }
}
