using System.Runtime.InteropServices;

namespace Appliance.Load.Ratio;

/// <summary>The signatures that one client got, for the comparison with what the appliance recorded.</summary>
internal sealed class SignedAnswers
{
    private const int VerifyOneIn = 100;

    private int _sampled;

    /// <summary>Stopwatch ticks from request to answer, one for each call or item.</summary>
    public List<long> Elapsed { get; } = new(1 << 20);

    /// <summary>The last 16 bytes of each signature, enough to tell any two apart.</summary>
    public List<UInt128> Seen { get; } = new(1 << 20);

    public List<SampledSignature> Samples { get; } = [];

    public void Add(Activation activation, int hash, byte[] signature)
    {
        Seen.Add(MemoryMarshal.Read<UInt128>(signature.AsSpan(signature.Length - 16)));
        if (_sampled++ % VerifyOneIn == 0)
        {
            Samples.Add(new SampledSignature(activation, hash, signature));
        }
    }
}
