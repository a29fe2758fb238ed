namespace Appliance.Tidy.Tests.References;

public sealed class ReferenceRuleTests
{
    [Fact]
    public void References_of_this_repository_point_down_only() =>
        Finding.AssertNone(Projects().SelectMany(ReferenceRule.Check));

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        var solution = File.ReadAllText(Path.Combine(RepositoryFiles.Root, "Appliance.sln")).Replace('\\', '/');

        Finding.AssertNone(Projects()
            .Where(project => !solution.Contains('"' + project.Path + '"', StringComparison.Ordinal))
            .Select(project => new Finding(project.Path, 0, "is not in Appliance.sln")));
    }

    [Fact]
    public void Every_product_project_has_tests() =>
        Finding.AssertNone(Projects().Where(project => project.IsIn("src"))
            .Select(project => Path.GetFileNameWithoutExtension(project.Path))
            .Where(name => Projects().All(project => project.Path != $"tests/{name}.Tests/{name}.Tests.csproj"))
            .Select(name => new Finding($"src/{name}", 0, $"has no tests/{name}.Tests")));

    [Theory]
    [InlineData("Appliance.Ledger", "Appliance.Storage")]
    [InlineData("Appliance.Signing", "Appliance.Pkcs11")]
    [InlineData("Appliance.Server", "Appliance.Grpc")]
    public void A_reference_down_is_accepted(string from, string to) =>
        Assert.Empty(ReferenceRule.Check(Project($"src/{from}/{from}.csproj", to)));

    [Theory]
    [InlineData("Appliance.Storage", "Appliance.Ledger", "up")]
    [InlineData("Appliance.Signing", "Appliance.Server", "up")]
    [InlineData("Appliance.Ledger", "Appliance.Factors", "sideways")]
    [InlineData("Appliance.Grpc.Client", "Appliance.Grpc", "sideways")]
    [InlineData("Appliance.Server", "Appliance.Common", "has no floor")]
    [InlineData("Appliance.Common", "Appliance.Storage", "has no floor")]
    public void Any_other_reference_is_refused(string from, string to, string why)
    {
        var finding = Assert.Single(ReferenceRule.Check(Project($"src/{from}/{from}.csproj", to)));
        Assert.Contains(why, finding.What, StringComparison.Ordinal);
    }

    [Fact]
    public void A_product_project_without_a_floor_is_refused_even_when_it_refers_to_nothing() =>
        Assert.Single(ReferenceRule.Check(Project("src/Appliance.Utilities/Appliance.Utilities.csproj")));

    [Fact]
    public void A_product_project_does_not_refer_to_tests() => Assert.Single(ReferenceRule.Check(
        Project("src/Appliance.Signing/Appliance.Signing.csproj", "Appliance.Signing.Tests")));

    [Fact]
    public void A_test_project_may_refer_to_any_room_that_exists()
    {
        const string Tests = "tests/Appliance.Ledger.Tests/Appliance.Ledger.Tests.csproj";

        Assert.Empty(ReferenceRule.Check(Project(Tests, "Appliance.Factors")));
        Assert.Single(ReferenceRule.Check(Project(Tests, "Appliance.Cellar")));
        Assert.Empty(ReferenceRule.Check(Project(Tests, "Appliance.Load")));
        Assert.Single(ReferenceRule.Check(Project("src/Appliance.Server/Appliance.Server.csproj", "Appliance.Load")));
    }

    private static IEnumerable<TextFile> Projects() => RepositoryFiles.All.Where(file => file.Is(".csproj"));

    private static TextFile Project(string path, params string[] references) => new(path,
        $"<Project><ItemGroup>{string.Concat(references.Select(Reference))}</ItemGroup></Project>");

    private static string Reference(string name) => $"""<ProjectReference Include="..\{name}\{name}.csproj" />""";
}
