namespace Appliance.Server.Commands.Checks;

/// <summary>Collects checks; one that throws has failed and the next is made all the same.</summary>
internal sealed class CheckList
{
    public List<Check> Checks { get; } = [];

    public void Ok(string name, string detail) => Checks.Add(new Check(name, CheckResult.Ok, detail));

    public void Warn(string name, string detail) => Checks.Add(new Check(name, CheckResult.Warning, detail));

    public void Fail(string name, string detail) => Checks.Add(new Check(name, CheckResult.Failed, detail));

    public void Skip(string name, string because) => Checks.Add(new Check(name, CheckResult.Skipped, because));

    /// <summary>Makes something; what it throws is a failed check, and null.</summary>
    public T? Try<T>(string name, Func<T> make)
        where T : class
    {
        try
        {
            return make();
        }
        catch (Exception error)
        {
            Fail(name, CommandErrors.Describe(error) ?? $"{error.GetType().Name}: {error.Message}");
            return null;
        }
    }

    /// <summary>Looks at something; what it throws is a failed check.</summary>
    public void Look(string name, Action look)
        => Try<object>(name, () =>
        {
            look();
            return this;
        });
}
