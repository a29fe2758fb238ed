namespace Appliance.Load.Ratio;

/// <summary>What the clients got, for the comparison with what the appliance recorded.</summary>
internal sealed class Tallies
{
    private readonly HashSet<UInt128> _distinct = [];

    public long Signatures { get; private set; }

    public int Distinct => _distinct.Count;

    public List<SampledSignature> Samples { get; } = [];

    public void Add(SignedAnswers answers)
    {
        Signatures += answers.Seen.Count;
        _distinct.UnionWith(answers.Seen);
        Samples.AddRange(answers.Samples);
    }

    /// <summary>What another load got at the same time.</summary>
    public void Add(Tallies other)
    {
        Signatures += other.Signatures;
        _distinct.UnionWith(other._distinct);
        Samples.AddRange(other.Samples);
    }
}
